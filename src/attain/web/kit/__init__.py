"""The design system: tokens, components, formats. It knows no records."""
