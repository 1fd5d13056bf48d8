"""Exports of the record as a whole: workbook, data package, database, IATI, and a catalogue entry for portals."""
