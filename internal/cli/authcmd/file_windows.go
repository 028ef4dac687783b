package authcmd

import "io/fs"

// othersRead is always false: the mode of a file does not say it on Windows.
func othersRead(fs.FileInfo) bool { return false }
