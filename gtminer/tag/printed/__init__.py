"""What a sentence prints of events: tokens, grades, counts, arms, and which belong to which mention."""
