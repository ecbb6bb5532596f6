"""Instruments in and out as XLSForm, the format of ODK and Kobo."""
