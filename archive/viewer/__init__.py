"""Stories as pages to read: variants side by side, what each leaves out, what was edited when."""
