"""An invented file of the shape of “Online Retail”, small enough to be read here."""

import gzip
from pathlib import Path

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"

ROWS = '''\
700001,10001A,BLUE TIN TEAPOT,2,2011-01-10 09:15:00,12.5,15001.0,United Kingdom
700001,10002,"NAPKINS, ""SUMMER""",24,2011-01-10 09:15:00,0.42,15001.0,United Kingdom
700002,10003,WOODEN BOAT,1,2011-01-10 09:20:00,7.95,15002.0,EIRE
700001,10001A,BLUE TIN TEAPOT,2,2011-01-10 09:16:00,12.5,15001.0,United Kingdom
700002,POST,POSTAGE,2,2011-01-10 09:20:00,18.0,15002.0,EIRE
700002,M,Manual,1,2011-01-10 09:20:00,1.25,15002.0,EIRE
C700003,10001A,BLUE TIN TEAPOT,-1,2011-01-11 10:00:00,12.5,15001.0,United Kingdom
700004,10004,,-38,2011-01-11 10:05:00,0.0,,United Kingdom
A700005,B,Adjust bad debt,1,2011-01-11 10:06:00,1062.06,,United Kingdom
700006,10005,,3,2011-01-11 10:07:00,0.0,,Channel Islands
700007,BANK CHARGES,Bank Charges,1,2011-01-11 10:08:00,15.0,,Unspecified
700008,gift_0001_20,Gift Voucher,1,2011-01-11 10:09:00,16.67,,United Kingdom
'''


def write(folder: Path, rows: str = ROWS, *, name: str = "sales.csv.gz", header: str = HEADER) -> Path:
    """Write a sales file, gzipped where its name says so."""
    path = folder / name
    text = f"{header}\n{rows}".encode()
    path.write_bytes(gzip.compress(text, mtime=0) if name.endswith(".gz") else text)
    return path
