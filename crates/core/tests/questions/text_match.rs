use super::{names, open, refused};
use heapray_core::testing::SnapshotBuilder;
use heapray_core::{Code, Snapshot};
use serde_json::{Value, json};

const TEXTS: [&str; 9] = ["a{b", "a2", "a-b", "[x]", "Ünï", "line\nbreak", "a&&b", "Foo.bar", "\u{1f600}"];

fn snapshot() -> Snapshot {
    let mut heap = SnapshotBuilder::new();
    let global = heap.global();
    for text in TEXTS {
        heap.text(global, "text", text, 16);
    }
    open(&heap)
}

fn matches(snapshot: &Snapshot, text: Value) -> Vec<String> {
    names(snapshot, json!({"type": "string", "name": text}))
}

#[test]
fn javascript_expressions_match_as_in_javascript() {
    let snapshot = snapshot();
    let cases = [
        ("a{b", "", vec!["a{b"]),
        (r"a\d{1}$", "", vec!["a2"]),
        (r"^[\w-]+$", "", vec!["a2", "a-b"]),
        ("[[]x", "", vec!["[x]"]),
        ("^a[&&-]", "", vec!["a-b", "a&&b"]),
        ("^ÜNÏ$", "i", vec!["Ünï"]),
        ("^break", "m", vec!["line\nbreak"]),
        ("line.break", "s", vec!["line\nbreak"]),
        ("line.break", "", vec![]),
        ("line[^]break", "", vec!["line\nbreak"]),
        (r"Foo\.bar", "gy", vec!["Foo.bar"]),
        (r"^\bFoo\b", "", vec!["Foo.bar"]),
        (r"^\u{1f600}$", "u", vec!["\u{1f600}"]),
        (r"o\/|b{2}|o\.b", "d", vec!["Foo.bar"]),
        ("[]", "", vec![]),
        (r"^[\x61]\u0032$", "", vec!["a2"]),
        (r"^[a-z-]+$", "", vec!["a-b"]),
        (r"^a[\d-z]", "", vec!["a2", "a-b"]),
        (r"^]|^\[\S\]$", "", vec!["[x]"]),
        (r"^\p{Lu}\p{L}+$", "u", vec!["Ünï"]),
        (r"line\sbreak", "", vec!["line\nbreak"]),
        (r"line\cJbreak", "", vec!["line\nbreak"]),
        (r"^(?<first>F)(?:o){2}\B", "", vec![]),
        (r"^(?<first>F)(?:o)\B", "", vec!["Foo.bar"]),
    ];
    for (regex, flags, expected) in cases {
        assert_eq!(matches(&snapshot, json!({"regex": regex, "flags": flags})), expected, "/{regex}/{flags}");
    }
}

#[test]
fn case_is_ignored_as_javascript_does() {
    let mut heap = SnapshotBuilder::new();
    let global = heap.global();
    for text in ["k", "K", "\u{212a}", "s", "\u{17f}", "\u{df}", "\u{3a3}", "\u{3c2}", "\u{3c3}", "-"] {
        heap.text(global, "text", text, 16);
    }
    let snapshot = open(&heap);
    let cases = [
        ("^k$", vec!["K", "k"]),
        ("^[^k]$", vec!["-", "s", "\u{df}", "\u{17f}", "\u{3a3}", "\u{3c2}", "\u{3c3}", "\u{212a}"]),
        ("^[j-l]$", vec!["K", "k"]),
        ("^[J-L]$", vec!["K", "k"]),
        ("^\u{212a}$", vec!["\u{212a}"]),
        ("^S$", vec!["s"]),
        ("^\u{df}$", vec!["\u{df}"]),
        ("^\u{3c2}$", vec!["\u{3a3}", "\u{3c2}", "\u{3c3}"]),
        (r"^\p{Lu}$", vec!["K", "k", "s", "\u{df}", "\u{17f}", "\u{3a3}", "\u{3c2}", "\u{3c3}", "\u{212a}"]),
    ];
    for (regex, expected) in cases {
        let mut found = matches(&snapshot, json!({"regex": regex, "flags": "i"}));
        found.sort();
        assert_eq!(found, expected, "/{regex}/i");
    }
}

#[test]
fn contains_takes_plain_text_and_ignores_case() {
    let snapshot = snapshot();
    assert_eq!(matches(&snapshot, json!({"contains": "FOO.B"})), ["Foo.bar"]);
    assert_eq!(matches(&snapshot, json!({"contains": "ünÏ"})), ["Ünï"]);
    assert_eq!(matches(&snapshot, json!({"contains": "o.*r"})), Vec::<String>::new());
}

#[test]
fn contained_text_may_be_as_long_as_any() {
    let mut heap = SnapshotBuilder::new();
    let global = heap.global();
    let long = "aÜ-".repeat(100_000);
    heap.text(global, "text", &format!("<{long}>"), 16);
    heap.text(global, "text", &long[..1000], 16);
    let snapshot = open(&heap);
    for text in [&long, &long.to_uppercase(), &long[1..]] {
        assert_eq!(matches(&snapshot, json!({"contains": text})).len(), 1);
    }
    assert!(matches(&snapshot, json!({"contains": format!("{long}a")})).is_empty());
}

#[test]
fn expressions_that_need_more_than_linear_time_are_refused_with_the_reason() {
    let snapshot = snapshot();
    for (regex, flags, named) in [
        ("(?=a)", "", "look-around"),
        ("(?<!a)b", "", "look-around"),
        (r"(a)\1", "", "back references"),
        (r"(?<x>a)\k<x>", "", "back references"),
        ("a", "v", "flag v"),
        ("(", "", "/(/"),
    ] {
        let question = json!({"ask": "filter", "name": {"regex": regex, "flags": flags}});
        let (code, message) = refused(&snapshot, question);
        assert_eq!(code, Code::InvalidQuery);
        assert!(message.contains(named), "/{regex}/{flags}: {message}");
    }
}
