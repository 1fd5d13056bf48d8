"""The same record served by what people would take otherwise, for `benchmarks.comparison`.

Each file is one program that reads the registry's SQLite file, and is written as its framework's documentation has it.
"""
