"""What the program exports, needs and links, held against what it may.

    check_symbols.py PROGRAM [--library LIBRARY] [--static]

A library that is opened at run time binds its own undefined and weak symbols to whatever the program exports under the
same name, silently. DuckDB's library carries its own copies of zstd, fmt, mbedtls and others. So:
  - the program exports nothing of simdjson, xxHash, Arrow, Parquet, DuckDB, SQLite, zstd, zlib, fmt, CLI11 or its own;
  - the program leaves none of those undefined either, and links no DuckDB;
  - no symbol that the program exports is one that LIBRARY defines or looks up;
  - with --static (the release build): nothing but the C library and its loader is needed.
"""
import argparse
import re
import subprocess
import sys

FORBIDDEN = re.compile(
    r'(simdjson|\bXXH|\barrow::|\bparquet::|duckdb|\bsqlite3_|\bZSTD_|\b(in|de)flate|\bfmt::|\bCLI::|\btoml::|\bclicklake::)')
C_LIBRARY = re.compile(r'^(libc|libm|libdl|libpthread|librt|ld-linux-x86-64)\.so\.\d+$')
# The C and C++ runtimes' own: where data begins, what exit handlers look for. Copied objects such as `stderr` too.
RUNTIME = re.compile(
    r'^(_IO_stdin_used|__?data_start|__bss_start|_edata|_end|_init|_fini|main|std(in|out|err)|__?environ|opt(arg|ind|err|opt)'
    r'|_?_?(daylight|timezone|tzname)|__progname(_full)?|program_invocation_(short_)?name|__libc_single_threaded)$')

# zstd's tracing hooks: weak, and null unless somebody preloads a tracer on purpose.
WEAK_HOOKS = re.compile(r'^ZSTD_trace_(de)?compress_(begin|end)$')


def nm(path, *flags):
    """Returns [(type, name)] of the dynamic symbol table, names demangled and without their version."""
    text = subprocess.run(['nm', '-D', *flags, path], check=True, capture_output=True, text=True).stdout
    rows = []
    for line in text.splitlines():
        fields = line[17:].split(' ', 1) if line[:1] != ' ' else line.split(None, 1)
        rows.append((fields[0], fields[1].split('@')[0] if '@' in fields[1] else fields[1]))
    return rows


def needed(path):
    text = subprocess.run(['readelf', '-dW', path], check=True, capture_output=True, text=True).stdout
    return re.findall(r'\(NEEDED\).*\[(.+)\]', text)


def check(program, library=None, static=False):
    complaints = []
    for kind, name in nm(program, '-C', '--defined-only'):
        if FORBIDDEN.search(name):
            complaints.append(f'exports {name} ({kind}): a library opened at run time would bind to it')
        elif static and not RUNTIME.match(name):
            complaints.append(f'exports {name} ({kind}), which is none of the C runtime\'s')
    for kind, name in nm(program, '-C', '--undefined-only'):
        if FORBIDDEN.search(name) and not (kind == 'w' and WEAK_HOOKS.match(name)):
            complaints.append(f'leaves {name} ({kind}) undefined: some other library\'s would be taken')
    for name in needed(program):
        if 'duckdb' in name:
            complaints.append(f'links {name}: it is opened when needed, by its path')
        elif static and not C_LIBRARY.match(name):
            complaints.append(f'needs {name}: the release build carries it, or does without')
    if library:
        theirs = {name for _, name in nm(library)}
        for _, name in nm(program, '--defined-only'):
            if name in theirs and not RUNTIME.match(name):
                complaints.append(f'exports {name}, which {library} defines or looks up too')
    return complaints


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('program')
    parser.add_argument('--library')
    parser.add_argument('--static', action='store_true')
    arguments = parser.parse_args()
    complaints = check(arguments.program, arguments.library, arguments.static)
    for complaint in complaints:
        print(f'{arguments.program}: {complaint}')
    print(f'symbols: {len(complaints)} complaints')
    sys.exit(bool(complaints))


if __name__ == '__main__':
    main()
