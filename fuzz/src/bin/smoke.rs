//! Fuzzing for a minute, with nothing but stable Rust.
//!
//! ```text
//! smoke [--seconds N] [--seed N] [TARGET [FILE…]]
//! ```
//!
//! Every target runs its kept inputs (`seeds/TARGET`), then as many changed ones as fit its share of
//! the time. FILEs are run alone. An input that panics is written to `artifacts/`, and a run that
//! takes longer than any may is ended with its input there too.

use heapray_fuzz::{TARGETS, Target};
use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

/// No input here is large: one that takes this long is a finding.
const TIME_LIMIT: Duration = Duration::from_secs(60);

fn main() -> ExitCode {
    match Arguments::from_env().and_then(|arguments| run(&arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

struct Arguments {
    seconds: u64,
    seed: u64,
    target: Option<String>,
    files: Vec<PathBuf>,
}

impl Arguments {
    fn from_env() -> Result<Self, Box<dyn Error>> {
        let mut arguments = Self { seconds: 60, seed: 1, target: None, files: Vec::new() };
        let mut words = env::args().skip(1);
        while let Some(word) = words.next() {
            let mut number = || words.next().ok_or(format!("{word} needs a number"))?.parse().map_err(Box::from);
            match word.as_str() {
                "--seconds" => arguments.seconds = number().map_err(|error: Box<dyn Error>| error)?,
                "--seed" => arguments.seed = number().map_err(|error: Box<dyn Error>| error)?,
                _ if arguments.target.is_none() => arguments.target = Some(word),
                _ => arguments.files.push(word.into()),
            }
        }
        Ok(arguments)
    }
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let chosen: Vec<(&str, Target)> =
        TARGETS.into_iter().filter(|(name, _)| arguments.target.as_ref().is_none_or(|wanted| wanted == name)).collect();
    if chosen.is_empty() {
        return Err(format!("no such target; there are {}", TARGETS.map(|(name, _)| name).join(", ")).into());
    }
    let share = Duration::from_secs(arguments.seconds) / chosen.len() as u32;
    for (name, target) in chosen {
        let mut runner = Runner { name, target, watch: watch(name) };
        if !arguments.files.is_empty() {
            for file in &arguments.files {
                runner.run(&fs::read(file)?)?;
            }
            continue;
        }
        let seeds = seeds(name)?;
        for seed in &seeds {
            runner.run(seed)?;
        }
        let changed = runner.run_changed(&seeds, arguments.seed, share)?;
        println!("{name}: {} kept inputs, {changed} changed ones", seeds.len());
    }
    Ok(())
}

struct Runner<'a> {
    name: &'a str,
    target: Target,
    /// Hears of every input before and after it runs.
    watch: Sender<Option<Vec<u8>>>,
}

impl Runner<'_> {
    fn run(&mut self, input: &[u8]) -> Result<(), Box<dyn Error>> {
        self.watch.send(Some(input.to_vec()))?;
        let result = catch_unwind(AssertUnwindSafe(|| (self.target)(input)));
        self.watch.send(None)?;
        if result.is_err() {
            let path = keep(self.name, "crash", input)?;
            return Err(format!("{} failed; again: smoke {} {}", self.name, self.name, path.display()).into());
        }
        Ok(())
    }

    fn run_changed(&mut self, seeds: &[Vec<u8>], seed: u64, share: Duration) -> Result<u64, Box<dyn Error>> {
        let start = Instant::now();
        let mut random = Random(seed);
        let mut count = 0;
        while start.elapsed() < share {
            let input = changed(seeds, &mut random);
            self.run(&input)?;
            count += 1;
        }
        Ok(count)
    }
}

/// Ends the process when an input takes too long: work in an endless loop cannot be cancelled.
fn watch(name: &'static str) -> Sender<Option<Vec<u8>>> {
    let (send, receive) = channel::<Option<Vec<u8>>>();
    thread::spawn(move || {
        let mut running = None;
        loop {
            match receive.recv_timeout(TIME_LIMIT) {
                Ok(input) => running = input,
                Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => {
                    if let Some(input) = &running {
                        let kept = keep(name, "slow", input).map(|path| path.display().to_string());
                        eprintln!("{name}: more than {TIME_LIMIT:?} for one input, kept as {kept:?}");
                        std::process::exit(1);
                    }
                }
            }
        }
    });
    send
}

fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn seeds(name: &str) -> Result<Vec<Vec<u8>>, Box<dyn Error>> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder().join("seeds").join(name))?
        .map(|entry| Ok(entry?.path()))
        .collect::<std::io::Result<_>>()?;
    files.sort();
    Ok(files.into_iter().map(fs::read).collect::<std::io::Result<_>>()?)
}

/// Writes an input down under a name made of its bytes.
fn keep(target: &str, what: &str, input: &[u8]) -> std::io::Result<PathBuf> {
    let hash = input
        .iter()
        .fold(0xcbf2_9ce4_8422_2325u64, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    let path = folder().join("artifacts").join(target).join(format!("{what}-{hash:016x}"));
    fs::create_dir_all(path.parent().unwrap_or(folder()))?;
    fs::write(&path, input)?;
    Ok(path)
}

/// Small generator: a run with the same seed tries the same inputs.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % limit.max(1)
    }

    fn byte(&mut self) -> u8 {
        self.below(256) as u8
    }
}

/// Most bytes of an input made here.
const MAX_LENGTH: usize = 4096;

/// A kept input with a few changes, parts of two, or noise.
fn changed(seeds: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let noise = |random: &mut Random| (0..random.below(600)).map(|_| random.byte()).collect::<Vec<u8>>();
    let mut input = match seeds.get(random.below(seeds.len() + seeds.len() / 2 + 1)) {
        Some(seed) => seed.clone(),
        None => noise(random),
    };
    for _ in 0..=random.below(6) {
        let at = random.below(input.len() + 1);
        let end = (at + random.below(9)).min(input.len());
        match random.below(6) {
            0 => drop(input.drain(at..end)),
            1 => input[at..end].iter_mut().for_each(|byte| *byte = random.byte()),
            2 => input.insert(at, random.byte()),
            3 => {
                let part = input[at..end].to_vec();
                let to = random.below(input.len() + 1);
                input.splice(to..to, part);
            }
            4 => {
                let other = seeds.get(random.below(seeds.len())).map_or(&[][..], |seed| &seed[..]);
                let from = random.below(other.len() + 1);
                input.splice(at.., other[from..].iter().copied());
            }
            _ => input[at..end].iter_mut().for_each(|byte| *byte ^= 1 << random.below(8)),
        }
    }
    input.truncate(MAX_LENGTH.max(seeds.first().map_or(0, Vec::len)));
    input
}
