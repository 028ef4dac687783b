package host

import (
	"errors"

	"golang.org/x/sys/windows"
)

// errNoSpace is the operating system's error for a full disk.
const errNoSpace = windows.ERROR_DISK_FULL

// OutOfSpace reports whether an error means a full disk.
func OutOfSpace(err error) bool { return errors.Is(err, errNoSpace) }

// freeSpace returns how many bytes this process can still write to the disk of a directory.
func freeSpace(dir string) (uint64, error) {
	name, err := windows.UTF16PtrFromString(dir)
	if err != nil {
		return 0, err
	}
	var free uint64
	err = windows.GetDiskFreeSpaceEx(name, &free, nil, nil)
	return free, err
}
