package host

import (
	"errors"

	"golang.org/x/sys/windows"
)

// errNoSpace is what the operating system says when a disk is full.
const errNoSpace = windows.ERROR_DISK_FULL

// OutOfSpace says whether an error is that of a full disk.
func OutOfSpace(err error) bool { return errors.Is(err, errNoSpace) }

// freeSpace is how many bytes this process can still write where a directory is.
func freeSpace(dir string) (uint64, error) {
	name, err := windows.UTF16PtrFromString(dir)
	if err != nil {
		return 0, err
	}
	var free uint64
	err = windows.GetDiskFreeSpaceEx(name, &free, nil, nil)
	return free, err
}
