//! Growing columns: vectors whose new part several threads write before it is counted.
//!
//! Columns grow by the amount read, never to the size that a header claims: `Column::claim` is only a
//! hint, capped by the caller. Large ones ask the kernel for huge pages, because otherwise a third of
//! the time of a first write is page faults.

use crate::snapshot::error::{Error, Result};
use std::mem::MaybeUninit;

/// A vector of plain numbers under construction.
#[derive(Debug)]
pub(crate) struct Column<T> {
    values: Vec<T>,
    /// The largest capacity to allocate at once.
    claim: usize,
}

impl<T> Default for Column<T> {
    fn default() -> Self {
        Self { values: Vec::new(), claim: 0 }
    }
}

impl<T: Copy> Column<T> {
    /// Expects `records` values in all, for which the first growth reserves capacity.
    pub fn claim(&mut self, records: usize) {
        self.claim = records;
    }

    pub(crate) fn len(&self) -> usize {
        self.values.len()
    }

    /// Reserves capacity for `more` values.
    pub fn reserve(&mut self, more: usize) -> Result<()> {
        let needed = self.values.len() + more;
        if needed > self.values.capacity() {
            let wanted = if needed <= self.claim { self.claim } else { needed.max(self.values.capacity() / 2 * 3) };
            reserve_exact(&mut self.values, wanted)?;
        }
        Ok(())
    }

    /// The next `more` values, not yet written. Call [`Column::reserve`] before and [`Column::commit`] after.
    pub fn spare(&mut self, more: usize) -> &mut [MaybeUninit<T>] {
        &mut self.values.spare_capacity_mut()[..more]
    }

    /// Adds `more` written values.
    ///
    /// # Safety
    /// The first `more` values of [`Column::spare`] must have been written.
    pub unsafe fn commit(&mut self, more: usize) {
        debug_assert!(self.values.len() + more <= self.values.capacity());
        // SAFETY: the caller wrote them, and `spare` checked that they lie within the capacity.
        unsafe { self.values.set_len(self.values.len() + more) }
    }

    /// The finished column, without spare capacity.
    pub fn finish(mut self) -> Vec<T> {
        self.values.shrink_to_fit();
        self.values
    }
}

/// Bytes that a large allocation leaves for small ones, whose refusal would end the process.
const SPARE: usize = 4 << 20;

/// Whether a large allocation that was granted left enough.
fn check_spare(bytes: usize) -> Result<()> {
    if bytes >= SPARE { check_memory(SPARE) } else { Ok(()) }
}

/// Grows a vector to `capacity` values, on huge pages if available.
fn reserve_exact<T>(values: &mut Vec<T>, capacity: usize) -> Result<()> {
    let more = capacity - values.len();
    values.try_reserve_exact(more).map_err(|_| Error::out_of_memory(more.saturating_mul(size_of::<T>())))?;
    check_spare(values.capacity() * size_of::<T>())?;
    advise_huge_pages(values.as_ptr().cast(), values.capacity() * size_of::<T>());
    Ok(())
}

/// A vector of `len` copies of `value`, on huge pages if available.
pub fn filled<T: Copy>(value: T, len: usize) -> Result<Vec<T>> {
    let mut values = Vec::new();
    reserve_exact(&mut values, len)?;
    values.resize(len, value);
    Ok(values)
}

/// A number whose zero has only zero bytes.
///
/// # Safety
/// Zero bytes are a valid value.
pub unsafe trait Zero {}

// SAFETY: a plain number.
unsafe impl Zero for u32 {}
// SAFETY: in memory it is a plain number.
unsafe impl Zero for std::sync::atomic::AtomicU64 {}
// SAFETY: in memory it is a plain number.
unsafe impl Zero for std::sync::atomic::AtomicU8 {}

/// `len` zeros, on huge pages if available. The system provides zeroed pages, so nothing is written.
pub fn zeros<T: Zero>(len: usize) -> Result<Vec<T>> {
    let values: Vec<T> = sparse_zeros(len)?;
    advise_huge_pages(values.as_ptr().cast(), len * size_of::<T>());
    Ok(values)
}

/// `len` zeros, of which only written pages take memory.
pub fn sparse_zeros<T: Zero>(len: usize) -> Result<Vec<T>> {
    let Ok(layout) = std::alloc::Layout::array::<T>(len) else { return Err(Error::out_of_memory(usize::MAX)) };
    if layout.size() == 0 {
        return Ok(Vec::new());
    }
    // SAFETY: the layout is not empty.
    let start = unsafe { std::alloc::alloc_zeroed(layout) };
    if start.is_null() {
        return Err(Error::out_of_memory(layout.size()));
    }
    // SAFETY: `start` comes from the global allocator with the layout of `len` numbers, all of which
    // are initialised, since zero bytes are the number 0.
    let values = unsafe { Vec::from_raw_parts(start.cast(), len, len) };
    check_spare(layout.size())?;
    Ok(values)
}

/// Adds a value to a list whose length depends on the input, so growing it may fail.
#[inline]
pub fn push<T>(values: &mut Vec<T>, value: T) -> Result<()> {
    if values.len() == values.capacity() {
        grow(values)?;
    }
    values.push(value);
    Ok(())
}

#[cold]
fn grow<T>(values: &mut Vec<T>) -> Result<()> {
    values.try_reserve(1).map_err(|_| Error::out_of_memory(values.len().saturating_mul(size_of::<T>())))?;
    check_spare(values.capacity() * size_of::<T>())
}

/// Checks that the allocator has this many bytes, before work whose lists and tables end the process if
/// they cannot grow. Frees them untouched.
pub fn check_memory(bytes: usize) -> Result<()> {
    // WebAssembly's memory never shrinks again.
    if cfg!(target_family = "wasm") {
        return Ok(());
    }
    Vec::<u8>::new().try_reserve_exact(bytes).map_err(|_| Error::out_of_memory(bytes))
}

/// An empty vector with capacity for `len` values, on huge pages if available.
pub fn with_room<T>(len: usize) -> Result<Vec<T>> {
    let mut values = Vec::new();
    reserve_exact(&mut values, len)?;
    Ok(values)
}

/// Prefetches `values[at]` into the cache. Does nothing if there is no such value.
#[inline(always)]
pub fn prefetch<T>(values: &[T], at: usize) {
    #[cfg(target_arch = "x86_64")]
    if let Some(value) = values.get(at) {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: SSE is part of x86-64, and a prefetch of any address has no effect but on caches.
        unsafe { _mm_prefetch(std::ptr::from_ref(value).cast(), _MM_HINT_T0) }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (values, at);
}

#[cfg(all(target_os = "linux", not(miri)))]
fn advise_huge_pages(start: *const u8, length: usize) {
    const PAGE: usize = 2 << 20;
    let first = (start as usize).next_multiple_of(PAGE);
    let last = (start as usize + length) / PAGE * PAGE;
    if last > first {
        // SAFETY: the range lies within an allocation this process owns, and MADV_HUGEPAGE changes
        // neither its contents nor its validity; a refusal is harmless and ignored.
        unsafe {
            libc::madvise(first as *mut libc::c_void, last - first, libc::MADV_HUGEPAGE);
        }
    }
}

#[cfg(any(miri, not(target_os = "linux")))]
fn advise_huge_pages(_start: *const u8, _length: usize) {}

#[cfg(test)]
mod tests {
    use super::*;

    /// Larger than a huge page, where memory is real.
    const LARGE: usize = if cfg!(miri) { 3 << 10 } else { 3 << 20 };
    /// Numbers that no allocator has room for. Miri's would end the test; this many are refused before it is asked.
    const TOO_MANY: usize = if cfg!(miri) { usize::MAX / 8 } else { usize::MAX / 16 };

    #[test]
    fn values_written_before_a_commit_count_after_it() {
        let mut column = Column::default();
        column.claim(10);
        column.reserve(3).unwrap();
        for (i, slot) in column.spare(3).iter_mut().enumerate() {
            slot.write(i as u32);
        }
        // SAFETY: the loop above wrote all three.
        unsafe { column.commit(3) };
        assert_eq!(column.len(), 3);
        assert_eq!(column.finish(), [0, 1, 2]);
    }

    #[test]
    fn zeros_are_zero_at_any_length() {
        for length in [0, 1, 1000, LARGE] {
            assert_eq!(zeros::<u32>(length).unwrap(), vec![0; length]);
        }
        assert_eq!(zeros::<u32>(usize::MAX / 4 - 1).unwrap_err().code(), crate::Code::OutOfMemory);
        assert_eq!(zeros::<u32>(usize::MAX).unwrap_err().code(), crate::Code::OutOfMemory);
    }

    #[test]
    fn a_failed_allocation_is_an_error() {
        let error = with_room::<u64>(TOO_MANY).unwrap_err();
        assert_eq!(error.code(), crate::Code::OutOfMemory);
    }

    #[test]
    fn large_columns_survive_the_huge_page_advice() {
        let values = filled(5u32, LARGE).unwrap();
        assert!(values.iter().all(|&v| v == 5));
    }
}
