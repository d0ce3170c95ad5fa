// elf.c: puts the sections, with all addresses filled in, into a static ELF file.

enum { ELF_BASE = 0x08048000, ELF_HEADER = 0x34, ELF_PROGRAM_HEADER = 0x20, ELF_PAGE = 0x1000 };
enum { ELF_READ_EXECUTE = 5, ELF_READ_WRITE = 6 };

char header[116]; // one ELF header and two program headers
int header_size;
int data_address;
int bss_address;

void header_half(int value) {
    header[header_size++] = value;
    header[header_size++] = value >> 8;
}

void header_word(int value) {
    header_half(value);
    header_half(value >> 16);
}

int text_address(void) {
    return ELF_BASE + ELF_HEADER + 2 * ELF_PROGRAM_HEADER;
}

int address_of(struct Object *object) {
    if (object->object_section == SECTION_TEXT) return text_address() + object->object_offset;
    if (object->object_section == SECTION_DATA) return data_address + object->object_offset;
    return bss_address + object->object_offset;
}

// Gives objects without initialiser their place; the result is the size of all.
int place_bss(void) {
    struct Object *object;
    int size = 0;
    for (object = first_object; object; object = object->object_next) {
        if (object->object_section == SECTION_NONE && object->object_tentative) {
            size = round_up(size, object->object_align);
            object->object_section = SECTION_BSS;
            object->object_offset = size;
            if (object->object_size > 0x70000000 - size) fail("too much data", 0);
            size += object->object_size;
        }
    }
    return size;
}

void apply_relocations(void) {
    struct Relocation *r;
    struct Object *object;
    char *at;
    int value;
    for (r = first_relocation; r; r = r->reloc_next) {
        object = r->reloc_object;
        if (object->object_section == SECTION_NONE) fail("not defined", object->object_name->name_text);
        at = (r->reloc_section == SECTION_TEXT ? text : data) + r->reloc_offset;
        value = address_of(object) + get_word(at);
        if (r->reloc_relative) value = value - text_address() - r->reloc_offset;
        put_word(at, value);
    }
}

void program_header(int offset, int address_at, int file_size, int memory_size, int flags) {
    header_word(1); // PT_LOAD
    header_word(offset);
    header_word(address_at);
    header_word(address_at);
    header_word(file_size);
    header_word(memory_size);
    header_word(flags);
    header_word(ELF_PAGE);
}

void write_headers(int entry, int bss_end) {
    int text_end = ELF_HEADER + 2 * ELF_PROGRAM_HEADER + text_size;
    header_word(0x464c457f);        // 0x7f "ELF"
    header_word(0x00010101);        // 32 bits, little endian, version 1
    header_word(0);
    header_word(0);
    header_half(2);                 // executable
    header_half(3);                 // i386
    header_word(1);
    header_word(entry);
    header_word(ELF_HEADER);        // program headers
    header_word(0);                 // no sections
    header_word(0);
    header_half(ELF_HEADER);
    header_half(ELF_PROGRAM_HEADER);
    header_half(2);
    header_half(0x28);
    header_half(0);
    header_half(0);
    program_header(0, ELF_BASE, text_end, text_end, ELF_READ_EXECUTE);
    program_header(text_end, data_address, data_size, bss_end - data_address, ELF_READ_WRITE);
}

void write_all(int file_number, char *path, char *bytes, int size) {
    int count;
    while (size > 0) {
        count = syscall(SYS_WRITE, file_number, bytes, size);
        if (count <= 0) {
            syscall(SYS_UNLINK, path, 0, 0);
            fail("cannot write", path);
        }
        bytes = bytes + count;
        size = size - count;
    }
}

void write_program(char *path) {
    struct Object *entry = name_of("_start")->name_object;
    int bss_size = place_bss();
    int file_number;
    error_file = 0;
    error_line = 0;
    if (entry == 0 || entry->object_section != SECTION_TEXT) fail("not defined", "_start");
    data_size = round_up(data_size, 4);
    data_address = text_address() + text_size + ELF_PAGE; // same offset in its page as in the file
    bss_address = round_up(data_address + data_size, 64);
    apply_relocations();
    write_headers(address_of(entry), bss_address + bss_size);
    syscall(SYS_UNLINK, path, 0, 0);
    file_number = syscall(SYS_OPEN, path, 0x241, 0x1ed); // write, create, truncate; mode 0755
    if (file_number < 0) fail("cannot write", path);
    write_all(file_number, path, header, header_size);
    write_all(file_number, path, text, text_size);
    write_all(file_number, path, data, data_size);
    syscall(SYS_CLOSE, file_number, 0, 0);
}
