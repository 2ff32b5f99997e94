"""Two articles compared by what they say."""
