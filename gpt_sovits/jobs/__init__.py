"""Long work as child processes: queue, log, progress, cancel, and a page that may come and go."""
