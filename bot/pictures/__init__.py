"""Pictures of a Reply as PNG, drawn from plain data. Pillow and the fonts are loaded with the first one."""
