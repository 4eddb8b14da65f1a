"""What came of the calls -> what is said of an answer, its verdict, and its points."""
