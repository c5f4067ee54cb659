"""A shared library with packed relocations (DT_RELR) -> one without, for musl before 1.2.4.

Debian 12 has musl 1.2.3; the libraries that come with Node.js for Alpine are newer.
"""

import sys

import lief

RELATIVE = {
    lief.ELF.ARCH.X86_64: lief.ELF.Relocation.TYPE.X86_64_RELATIVE,
    lief.ELF.ARCH.AARCH64: lief.ELF.Relocation.TYPE.AARCH64_RELATIVE,
}
ENCODING = lief.ELF.Relocation.ENCODING

source, target = sys.argv[1:]
library = lief.ELF.parse(source)
relative = RELATIVE[library.header.machine_type]
for packed in [one for one in library.relocations if one.encoding == ENCODING.RELR]:
    plain = lief.ELF.Relocation(packed.address, relative, ENCODING.RELA)
    plain.addend = int.from_bytes(library.get_content_from_virtual_address(packed.address, 8), "little")
    library.add_dynamic_relocation(plain)
config = lief.ELF.Builder.config_t()
config.relr = False
library.write(target, config)
