"""English dates as everywhere else on the site: the day first, hours up to 24, and no full stop that meets the sentence's own."""

DATE_FORMAT = "j M Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j M Y, H:i"
MONTH_DAY_FORMAT = "j F"
