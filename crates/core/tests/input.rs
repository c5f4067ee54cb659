//! Any split of the input gives the same snapshot or the same error, and errors have an offset.

#![allow(clippy::expect_used, reason = "a test may stop")]

use heapray_core::ids::NodeIx;
use heapray_core::parse::{Parser, ParserOptions};
use heapray_core::redact::{Key, redact};
use heapray_core::testing::SnapshotBuilder;
use heapray_core::{Code, Error, Progress, Snapshot};

fn open(bytes: &[u8], chunk: usize, options: ParserOptions) -> Result<Snapshot, Error> {
    let progress = Progress::new();
    let mut parser = Parser::new(options);
    for part in bytes.chunks(chunk.max(1)) {
        parser.push(part, &progress)?;
    }
    Snapshot::analyse(parser.finish(&progress)?, &progress)
}

fn whole(bytes: &[u8]) -> Result<Snapshot, Error> {
    open(bytes, bytes.len(), ParserOptions::default())
}

/// Everything that could differ, as text.
fn fingerprint(snapshot: &Snapshot) -> String {
    let node = |node: NodeIx| {
        let edges: Vec<_> =
            snapshot.edges_of(node).map(|edge| (edge.kind, edge.to, snapshot.edges().name(edge))).collect();
        format!(
            "{:?} {:?} {} {} {:?} {edges:?}",
            snapshot.nodes().id(node),
            snapshot.strings().text(snapshot.nodes().name(node)),
            snapshot.nodes().self_size(node),
            snapshot.retained_size(node),
            snapshot.location(node),
        )
    };
    snapshot.nodes().iter().map(node).collect::<Vec<_>>().join("\n")
}

fn small() -> SnapshotBuilder {
    let mut builder = SnapshotBuilder::new();
    let root = builder.root();
    let global = builder.global();
    let list = builder.node("object", "Array", 32);
    builder.property(global, "größe \"quoted\" \u{1f600}", list);
    for i in 0..20 {
        let item = builder.node("object", "Item", 24 + i);
        builder.element(list, i as i64 - 2, item);
        builder.location(item, 7, i, 3);
    }
    builder.element(root, 1, list);
    builder
}

/// Enough records that chunks are cut into pieces.
fn large() -> SnapshotBuilder {
    let mut builder = SnapshotBuilder::new();
    let global = builder.global();
    let list = builder.node("object", "Array", 32);
    builder.property(global, "list", list);
    for i in 0..60_000u64 {
        let item = builder.node("object", ["Item", "Entry", "Session"][(i % 3) as usize], i * 77_777 % 5_000_000_000);
        builder.element(list, i as i64, item);
        builder.property(item, "list", list);
        builder.location(item, i % 5, i % 100, 3);
    }
    builder
}

#[test]
fn every_split_of_a_small_snapshot_gives_the_same_graph() {
    let bytes = small().json();
    let expected = fingerprint(&whole(&bytes).expect("valid"));
    for chunk in 1..bytes.len().min(700) {
        let options = ParserOptions { size_hint: (chunk % 2 == 0).then_some(bytes.len() as u64), max_bytes: None };
        assert_eq!(fingerprint(&open(&bytes, chunk, options).expect("valid")), expected, "chunks of {chunk}");
    }
}

#[test]
fn splits_and_pieces_of_a_large_snapshot_give_the_same_graph() {
    let bytes = large().json();
    assert!(bytes.len() > 2 << 20, "large enough to be cut into pieces: {}", bytes.len());
    let expected = fingerprint(&whole(&bytes).expect("valid"));
    for chunk in [1 << 10, 4_099, 65_537, 300_007, 1 << 20] {
        assert_eq!(
            fingerprint(&open(&bytes, chunk, ParserOptions::default()).expect("valid")),
            expected,
            "chunks of {chunk}"
        );
    }
}

#[test]
fn white_space_and_the_order_of_sections_do_not_matter() {
    let bytes = large().json();
    let expected = fingerprint(&whole(&bytes).expect("valid"));
    let value: serde_json::Value = serde_json::from_slice(&bytes).expect("JSON");
    let pretty = serde_json::to_vec_pretty(&value).expect("JSON");
    assert_eq!(fingerprint(&whole(&pretty).expect("valid")), expected);
    let sections = ["strings", "locations", "edges", "nodes", "snapshot"];
    let shuffled: Vec<String> = sections.iter().map(|name| format!("\"{name}\":{}", value[name])).collect();
    let shuffled = format!("{{{}}}", shuffled.join(","));
    assert_eq!(fingerprint(&whole(shuffled.as_bytes()).expect("valid")), expected);
}

#[test]
fn truncation_anywhere_is_an_error() {
    let bytes = small().json();
    for end in 0..bytes.len() {
        let error = whole(&bytes[..end]).expect_err("cut");
        assert!(matches!(error.code(), Code::Truncated | Code::Empty), "{end}: {error:?}");
        assert_eq!(error.offset(), Some(end as u64), "{error:?}");
    }
}

#[test]
fn a_changed_byte_never_panics_and_fails_alike_in_any_split() {
    let bytes = small().json();
    let (mut refused, mut read) = (0, 0);
    for at in 0..bytes.len() {
        for replacement in *b"\0 \"],[}{9-x\\" {
            let mut broken = bytes.clone();
            broken[at] = replacement;
            let outcome = |result: Result<Snapshot, Error>| result.map(|snapshot| fingerprint(&snapshot));
            let (one, split) = (outcome(whole(&broken)), outcome(open(&broken, 1 + at % 13, ParserOptions::default())));
            assert_eq!(one, split, "byte {at} as {replacement}");
            if one.is_err() { refused += 1 } else { read += 1 }
        }
    }
    assert!(refused > 1000 && read > 100, "{refused} refused, {read} read");
}

#[test]
fn wrong_counts_cost_nothing_and_are_refused() {
    let text = String::from_utf8(small().json()).expect("text");
    for (name, lie) in [("node_count", 4_000_000_000u64), ("edge_count", 1 << 60), ("node_count", 3), ("edge_count", 0)]
    {
        let start = text.find(&format!("\"{name}\":")).expect("the header has it") + name.len() + 3;
        let end = start + text[start..].find([',', '}']).expect("an end");
        let lying = format!("{}{lie}{}", &text[..start], &text[end..]);
        for hint in [None, Some(lying.len() as u64)] {
            let error =
                open(lying.as_bytes(), 100, ParserOptions { size_hint: hint, max_bytes: None }).expect_err("a lie");
            assert_eq!(error.code(), Code::Count, "{error:?}");
        }
    }
}

#[test]
fn more_bytes_than_allowed_are_refused() {
    let bytes = small().json();
    let options = ParserOptions { size_hint: None, max_bytes: Some(bytes.len() as u64 - 1) };
    assert_eq!(open(&bytes, 64, options).expect_err("too large").code(), Code::TooLarge);
    let options = ParserOptions { size_hint: None, max_bytes: Some(bytes.len() as u64) };
    open(&bytes, 64, options).expect("just small enough");
}

#[test]
fn an_error_before_the_size_limit_is_reported_however_the_input_is_split() {
    let text = String::from_utf8(small().json()).expect("text").replacen("\"nodes\":[9", "\"nodes\":[oops", 1);
    let at = text.find("oops").expect("replaced") as u64;
    for chunk in [1, 7, text.len()] {
        let options = ParserOptions { size_hint: None, max_bytes: Some(at + 1) };
        let error = open(text.as_bytes(), chunk, options).expect_err("wrong");
        assert_eq!((error.code(), error.offset()), (Code::Syntax, Some(at)), "chunks of {chunk}");
        let options = ParserOptions { size_hint: None, max_bytes: Some(at) };
        let error = open(text.as_bytes(), chunk, options).expect_err("too large");
        assert_eq!((error.code(), error.offset()), (Code::TooLarge, Some(at)), "chunks of {chunk}");
    }
}

#[test]
fn sizes_that_add_up_to_more_than_2_to_the_53_are_refused() {
    let total = |extra: u64| {
        let mut builder = small();
        builder.extra_native_bytes(extra);
        whole(&builder.json()).map(|snapshot| snapshot.total_size())
    };
    let most = (1 << 53) - total(0).expect("valid");
    assert_eq!(total(most).expect("just small enough"), 1 << 53);
    for extra in [most + 1, u64::MAX] {
        let error = total(extra).expect_err("too much");
        assert_eq!((error.code(), error.section()), (Code::Range, Some("nodes")));
    }
}

#[test]
fn only_unpaired_surrogates_of_a_property_name_are_escaped_in_braces() {
    let text =
        String::from_utf8(small().json()).expect("text").replace("größe", "gr\\udc00ße").replace("Item", "Object");
    let property = whole(text.as_bytes()).expect("valid");
    let name =
        property.strings().iter().find(|(_, text)| text.starts_with(b"gr\xed")).expect("the property").1.to_vec();
    let shown = heapray_core::interfaces::format_property(&name);
    assert_eq!(String::from_utf8(shown).expect("JSON"), "\"gr\\udc00ße \\\"quoted\\\" \u{1f600}\"");
}

#[test]
fn other_kinds_of_profiles_are_named_in_the_error() {
    for (text, word) in [
        (r#"{"head":{"callFrame":{}},"samples":[]}"#, ".heapprofile"),
        (r#"{"nodes":[{"id":1}],"startTime":1,"endTime":2}"#, ".cpuprofile"),
        (r#"{"version":2,"type":"GCDebugging","nodes":[1],"nodeClassNames":["a"]}"#, "JavaScriptCore"),
        ("[1]", "an array"),
        ("<!doctype html>", "markup"),
        ("\u{feff}{}", "an empty object"),
    ] {
        let error = whole(text.as_bytes()).expect_err("no snapshot");
        assert_eq!(error.code(), Code::NotASnapshot, "{error:?}");
        assert!(error.found().contains(word), "{error:?}");
    }
    assert_eq!(whole(b"").expect_err("nothing").code(), Code::Empty);
}

#[test]
fn text_that_was_never_part_of_a_snapshot_is_none() {
    let json_lines = "{\"level\":30,\"msg\":\"up\"}\n".repeat(3);
    for (text, offset, found) in [
        (r"{\rtf1\ansi hello}", 1, "'\\'"),
        ("{ margin: 0 }", 2, "'m'"),
        (&json_lines, 0, "an object with \"level\", \"msg\""),
        (&json_lines[..10], 0, "an object with \"level\""),
        ("{\"name\": \"x\", oops", 0, "an object with \"name\""),
    ] {
        for chunk in [1, 3, text.len()] {
            let error = open(text.as_bytes(), chunk, ParserOptions::default()).expect_err("no snapshot");
            let place = (error.code(), error.offset(), error.found());
            assert_eq!(place, (Code::NotASnapshot, Some(offset), found), "{text:?}");
        }
    }
}

#[test]
fn whatever_is_missing_or_out_of_range_has_a_section_and_an_offset() {
    let text = String::from_utf8(small().json()).expect("text");
    let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let without = |name: &str| {
        let mut value = value.clone();
        value.as_object_mut().expect("an object").remove(name);
        value.to_string()
    };
    let header = |name: &str, to: i64| {
        let mut value = value.clone();
        value["snapshot"][name] = to.into();
        value.to_string()
    };
    let mut broken: Vec<(Code, String)> =
        ["nodes", "edges", "strings"].map(|name| (Code::Section, without(name))).into();
    broken.extend([1, 7_000_000, 1 << 40].map(|index| (Code::Range, header("root_index", index))));
    broken.extend([(Code::Count, header("node_count", 1)), (Code::Range, header("extra_native_bytes", 1 << 53))]);
    for (code, text) in broken {
        let error = whole(text.as_bytes()).expect_err("broken");
        assert_eq!(error.code(), code, "{error:?}");
        assert!(error.section().is_some(), "{error:?}");
        assert!(error.offset().is_some_and(|offset| offset > 0 && offset <= text.len() as u64), "{error:?}");
        let redacted = redact(text.as_bytes(), &Key::new(b"key"), &Progress::new()).expect_err("broken");
        assert_eq!((redacted.code(), redacted.offset()), (code, error.offset()), "{redacted:?}");
    }
}

fn with_scopes() -> SnapshotBuilder {
    let mut heap = small();
    let script = heap.script("app.js");
    heap.scope(script, -2, 0, &["pool"], &[]);
    heap.scope(script, 40, 1, &["big", "i"], &[[-2, 0]]);
    heap.scope(script, 55, 2, &[], &[[40, 0], [40, 1]]);
    heap
}

#[test]
fn the_sections_about_scopes_are_read_in_any_split() {
    let text = with_scopes().json();
    for chunk in [1, 7, text.len()] {
        let snapshot = open(&text, chunk, ParserOptions::default()).expect("valid");
        let tables = snapshot.scope_tables();
        let scopes: Vec<_> = tables.scopes.iter().map(|s| (s.id, s.depth, s.variables, s.uses)).collect();
        assert_eq!(scopes, [(-2, 0, 1, 0), (40, 1, 2, 1), (55, 2, 0, 2)]);
        let names: Vec<_> = tables.variables.iter().map(|&name| snapshot.strings().get(name)).collect();
        assert_eq!(names, [&b"pool"[..], b"big", b"i"]);
        let uses: Vec<_> = tables.uses.iter().map(|each| (each.declared_by, each.slot)).collect();
        assert_eq!(uses, [(-2, 0), (40, 0), (40, 1)]);
        assert!(snapshot.skipped().is_empty(), "{:?}", snapshot.skipped());
        assert!(tables.memory() > 0);
    }
}

#[test]
fn a_wrong_number_in_a_section_about_scopes_has_that_section_and_an_offset() {
    let value: serde_json::Value = serde_json::from_slice(&with_scopes().json()).expect("JSON");
    // In `scopes`: script, id, depth, variables, uses of three scopes.
    for (section, at, to, code) in [
        ("scopes", 0, 1, Code::Range),
        ("scopes", 0, 70_000, Code::Range),
        ("scopes", 1, 1i64 << 40, Code::Range),
        ("scopes", 2, 1, Code::Range),
        ("scopes", 12, 3, Code::Range),
        ("scopes", 12, -1, Code::Range),
        ("scope_context_vars", 2, 10_000, Code::Range),
        ("scope_context_vars", 2, -1, Code::Range),
        ("scope_uses", 1, -1, Code::Range),
        ("scope_uses", 0, 1i64 << 40, Code::Range),
    ] {
        let mut value = value.clone();
        value[section][at] = to.into();
        expect_error(&value, section, code);
    }
    for (section, count) in [("scope_context_vars", 3), ("scope_uses", 4)] {
        let mut value = value.clone();
        let counts: i64 = value["scopes"][count].as_i64().expect("a number") + 1;
        value["scopes"][count] = counts.into();
        expect_error(&value, section, Code::Range);
    }
}

/// Of the parser and of the redactor.
fn expect_error(value: &serde_json::Value, section: &str, code: Code) {
    let text = value.to_string();
    let error = whole(text.as_bytes()).expect_err("broken");
    assert_eq!((error.code(), error.section()), (code, Some(section)), "{error:?}");
    assert!(error.offset().is_some_and(|offset| offset > 0), "{error:?}");
    let redacted = redact(text.as_bytes(), &Key::new(b"key"), &Progress::new()).expect_err("broken");
    assert_eq!((redacted.code(), redacted.section()), (code, Some(section)), "{redacted:?}");
}

#[test]
fn the_sections_about_scopes_are_skipped_where_the_header_names_other_fields() {
    let text = String::from_utf8(with_scopes().json()).expect("text").replace("slot_index", "slot");
    let snapshot = whole(text.as_bytes()).expect("valid");
    assert!(snapshot.scope_tables().scopes.is_empty());
    assert_eq!(snapshot.skipped(), ["section scopes", "section scope_context_vars", "section scope_uses"]);
}

#[test]
fn unknown_sections_fields_and_types_are_skipped_and_reported() {
    let text = String::from_utf8(small().json()).expect("text");
    let more = text.replacen("{\"snapshot\"", r#"{"news":{"a":[1,"]}",{}]},"flag":true,"snapshot""#, 1);
    let snapshot = whole(more.as_bytes()).expect("valid");
    assert_eq!(snapshot.skipped(), ["section news", "section flag"]);
}

#[test]
fn a_repeated_section_or_text_after_the_end_is_refused() {
    let text = String::from_utf8(small().json()).expect("text");
    let twice = text.replacen("{\"snapshot\"", r#"{"strings":[],"snapshot""#, 1);
    assert_eq!(whole(twice.as_bytes()).expect_err("twice").code(), Code::Section);
    let error = whole(format!("{text} x").as_bytes()).expect_err("more");
    assert_eq!((error.code(), error.offset()), (Code::Syntax, Some(text.len() as u64 + 1)));
}

#[cfg(feature = "compression")]
mod compressed {
    use super::*;
    use std::io::Write;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).expect("memory");
        encoder.finish().expect("memory")
    }

    fn zstd(bytes: &[u8]) -> Vec<u8> {
        ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
    }

    #[test]
    fn gzip_and_zstd_are_recognised_by_content_in_any_split() {
        let bytes = small().json();
        let expected = fingerprint(&whole(&bytes).expect("valid"));
        for packed in [
            gzip(&bytes),
            zstd(&bytes),
            [gzip(&bytes[..100]), gzip(&bytes[100..])].concat(),
            [zstd(&bytes[..100]), zstd(&bytes[100..])].concat(),
        ] {
            for chunk in [1, 2, 3, 7, 64, packed.len()] {
                assert_eq!(fingerprint(&open(&packed, chunk, ParserOptions::default()).expect("valid")), expected);
            }
        }
    }

    #[test]
    fn a_truncated_or_damaged_compressed_stream_is_refused() {
        let bytes = large().json();
        for packed in [gzip(&bytes), zstd(&bytes)] {
            for end in [3, 10, packed.len() / 2, packed.len() - 1] {
                let error = whole(&packed[..end]).expect_err("cut");
                assert!(
                    matches!(error.code(), Code::Truncated | Code::NotASnapshot | Code::Compression),
                    "{end} {error:?}"
                );
            }
            let mut damaged = packed.clone();
            let middle = packed.len() / 2;
            damaged[middle..middle + 64].iter_mut().for_each(|byte| *byte ^= 0x55);
            whole(&damaged).expect_err("damaged");
        }
    }

    #[test]
    fn bytes_of_any_other_format_are_no_snapshot_wherever_they_are_cut() {
        let heads: [&[u8]; 10] = [
            b"\0\0\0\0",
            b"PK\x03\x04\x14\0\0\0",
            b"\xfd7zXZ\0",
            b"\x04\x22\x4d\x18\x64\x40",
            b"\x7fELF\x02\x01\x01\0",
            b"\x1f\x8b\x09\0",
            b"{\x93\x94\x95",
            b"\xff\xff\xff\xff",
            b"\0asm\x01\0\0\0",
            b"",
        ];
        let mut state = 1u32;
        let mut random = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        for length in [0usize, 1, 40, 5000, 200_000] {
            for head in heads {
                for fill in [true, false] {
                    let rest = (0..length).map(|_| if fill { random() } else { 0 });
                    let bytes: Vec<u8> = head.iter().copied().chain(rest).collect();
                    if bytes.is_empty() || b"{\t\n\r ".contains(&bytes[0]) && head.is_empty() {
                        continue;
                    }
                    let error = whole(&bytes).expect_err("no snapshot");
                    assert_eq!(error.code(), Code::NotASnapshot, "{head:?} and {length} more: {error:?}");
                    assert!(error.offset().is_some(), "{error:?}");
                    let split = open(&bytes, 1000, ParserOptions::default()).expect_err("no snapshot");
                    assert_eq!(split, error, "{head:?} and {length} more");
                }
            }
        }
    }

    #[test]
    fn a_bomb_costs_only_what_is_allowed() {
        let bomb = gzip(&vec![b' '; 64 << 20]);
        let options = ParserOptions { size_hint: None, max_bytes: Some(1 << 20) };
        assert_eq!(open(&bomb, 4096, options).expect_err("a bomb").code(), Code::TooLarge);
    }
}
