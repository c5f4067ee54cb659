"""An addon's file -> what it is, what it exports and what it needs, as JSON."""

import hashlib
import json
import struct
import sys

import lief

lief.logging.disable()


def has_valid_signature(binary, file):
    """Whether every page matches the code signature; otherwise macOS on ARM kills the process that loads it."""
    if not binary.has_code_signature:
        return False
    signature = bytes(binary.code_signature.content)
    places = struct.unpack_from(">%dI" % (2 * struct.unpack_from(">I", signature, 8)[0]), signature, 12)
    directory = signature[dict(zip(places[::2], places[1::2]))[0] :]
    hashes_at, _, _, pages, end = struct.unpack_from(">5I", directory, 16)
    size, kind, _, page = struct.unpack_from("4B", directory, 36)
    if (size, kind) != (hashlib.sha256().digest_size, 2) or end != binary.code_signature.data_offset:
        return False
    with open(file, "rb") as source:
        code = source.read(end)
    expected = [directory[hashes_at + i * size :][:size] for i in range(pages)]
    return expected == [hashlib.sha256(code[i : i + (1 << page)]).digest() for i in range(0, end, 1 << page)]


def describe(file):
    binary = lief.parse(file)
    kind = binary.format.name
    versions = set()
    if kind == "ELF":
        machine = binary.header.machine_type.name
        library = binary.header.file_type.name == "DYN"
        exports = [symbol.name for symbol in binary.exported_symbols]
        for requirement in binary.symbols_version_requirement:
            versions.update(version.name for version in requirement.get_auxiliary_symbols())
    elif kind == "PE":
        machine = binary.header.machine.name
        library = lief.PE.Header.CHARACTERISTICS.DLL in binary.header.characteristics_list
        exports = [entry.name for entry in binary.get_export().entries]
    else:
        machine = binary.header.cpu_type.name
        library = binary.header.file_type.name in ("DYLIB", "BUNDLE")
        exports = [symbol.name.removeprefix("_") for symbol in binary.exported_symbols]
    libraries = [getattr(library, "name", library) for library in binary.libraries]
    return {
        "format": kind,
        "machine": machine,
        "library": library,
        "exports": sorted(exports),
        "libraries": sorted(libraries),
        "versions": sorted(versions),
        "signed": kind == "MACHO" and has_valid_signature(binary, file),
    }


print(json.dumps({file: describe(file) for file in sys.argv[1:]}))
