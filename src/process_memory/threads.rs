//! Where the stacks of the process's threads are, and whether some of them run event loops.

use super::Stacks;
use std::{fs, io};

/// The stack pointers of the threads that wait for the kernel, which is most of them at any time. Others cannot
/// be asked.
pub(crate) fn stack_pointers() -> io::Result<Stacks> {
    let mut stacks = Stacks { threads: Some(0), pointers: Vec::new() };
    for task in fs::read_dir("/proc/self/task")? {
        stacks.threads = stacks.threads.map(|threads| threads + 1);
        // A thread may have ended meanwhile.
        let Ok(call) = fs::read_to_string(task?.path().join("syscall")) else { continue };
        stacks.pointers.extend(stack_pointer(&call));
    }
    Ok(stacks)
}

/// `number arguments… stack-pointer instruction-pointer`, or `running`.
fn stack_pointer(call: &str) -> Option<u64> {
    let text = call.split_whitespace().rev().nth(1)?.strip_prefix("0x")?;
    u64::from_str_radix(text, 16).ok()
}

/// Of every Node.js process from 18 on: libuv's default loop, which V8's platform and signals use too, and delayed tasks.
const USUAL_LOOPS: usize = 3;

/// Whether there are more event loops than in a process without workers. Each has a descriptor of its own.
pub(crate) fn has_other_loops() -> io::Result<bool> {
    let is_loop = |file: io::Result<fs::DirEntry>| {
        let target = file.and_then(|file| fs::read_link(file.path()));
        target.is_ok_and(|target| target.as_os_str() == "anon_inode:[eventpoll]")
    };
    Ok(fs::read_dir("/proc/self/fd")?.map(is_loop).filter(|&is_loop| is_loop).nth(USUAL_LOOPS).is_some())
}
