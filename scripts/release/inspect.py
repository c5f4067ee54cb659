"""An addon's file -> what it is, what it exports and what it needs, as JSON."""

import json
import sys

import lief

lief.logging.disable()


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
    }


print(json.dumps({file: describe(file) for file in sys.argv[1:]}))
