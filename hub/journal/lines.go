package journal

// MostPerLine bounds what is kept of a stream that has few lines and many comings and goings: so
// many entries for each line that may be kept.
const MostPerLine = 16
