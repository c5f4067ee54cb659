//! malloc's own account of what it has given out.

use serde_json::{Value, json};

/// glibc's `mallinfo2`, all arenas together, in bytes.
pub(crate) struct Account {
    /// In use in its areas.
    in_use: u64,
    /// Free in its areas, whether or not the pages were given back to the system.
    free: u64,
    /// Large pieces, each in a mapping of its own.
    mapped: u64,
}

impl Account {
    pub(crate) fn to_json(&self) -> Value {
        json!({ "inUse": self.in_use, "free": self.free, "mapped": self.mapped })
    }
}

/// Functions of other allocators that take malloc's place, as with `LD_PRELOAD`.
#[cfg(target_os = "linux")]
const OTHERS: [(&std::ffi::CStr, &str); 3] = [
    (c"mallctl", "malloc is jemalloc's, which glibc has no account of"),
    (c"mi_version", "malloc is mimalloc's, which glibc has no account of"),
    (c"tc_version", "malloc is tcmalloc's, which glibc has no account of"),
];

/// Looked up when it is called: older versions of glibc do not have it, nor does musl.
#[cfg(target_os = "linux")]
pub(crate) fn malloc_account() -> Result<Account, &'static str> {
    /// `struct mallinfo2` of `<malloc.h>`.
    #[repr(C)]
    struct MallInfo2 {
        arena: usize,
        ordblks: usize,
        smblks: usize,
        hblks: usize,
        hblkhd: usize,
        usmblks: usize,
        fsmblks: usize,
        uordblks: usize,
        fordblks: usize,
        keepcost: usize,
    }
    // SAFETY: looks a name up among what is loaded.
    let symbol = |name: &std::ffi::CStr| unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr()) };
    if let Some((_, reason)) = OTHERS.iter().find(|(name, _)| !symbol(name).is_null()) {
        return Err(reason);
    }
    let address = symbol(c"mallinfo2");
    if address.is_null() {
        return Err("the C library has no mallinfo2, which glibc has since 2.33");
    }
    // SAFETY: where a C library has a function of this name it takes nothing and returns this structure.
    let info = unsafe { std::mem::transmute::<*mut libc::c_void, extern "C" fn() -> MallInfo2>(address)() };
    Ok(Account { in_use: info.uordblks as u64, free: info.fordblks as u64, mapped: info.hblkhd as u64 })
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn malloc_account() -> Result<Account, &'static str> {
    Err("only glibc has mallinfo2")
}
