"""What is wrong with a labelled data set, said before any training."""
