"""Charts, declared once for page, file and print: values in, a Vega-Lite specification in the one theme out.

`values` says what a chart shows, without a pixel; `kinds` makes it a specification; `drawing` makes that an SVG. Only
the last two load Altair, so whoever shows no chart pays nothing for it.
"""
