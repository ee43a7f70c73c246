"""What training reads: annotation lists, clips, experiment folders, batches."""
