"""Stories as pages a person looks at: variants side by side, what each leaves out, what was edited when."""
