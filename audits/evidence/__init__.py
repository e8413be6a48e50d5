"""Reading what test runners report: JUnit XML in the dialects that runners write, and CTRF JSON. Pure."""
