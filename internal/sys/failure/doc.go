// Package failure holds the ways in which asking servers fails, so that every part of the room returns the same errors. It
// gives no advice; the package sys passes its names on.
package failure
