"""Reads frames of villages that people keep in spreadsheets: limits first, then cells, then what they must mean.

faults      what can be wrong with a file, as codes for the pages and as sentences for everybody else
cells       rows of text out of CSV or a workbook
workbook    the container of a workbook, and its cells
frame       villages out of rows
"""

from literacy_app.sampling.loader.cells import LARGEST_FILE, MOST_ROWS
from literacy_app.sampling.loader.faults import Fault, FrameError, FrameFault
from literacy_app.sampling.loader.frame import Listed, read_frame

__all__ = ["LARGEST_FILE", "MOST_ROWS", "Fault", "FrameError", "FrameFault", "Listed", "read_frame"]
