"""How forms are written into pages: label, help, field, error, and a summary above them."""

from __future__ import annotations

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """Widgets as Django writes them; fields as our design says."""

    field_template_name = "kit/field.html"
    form_template_name = "kit/form.html"
