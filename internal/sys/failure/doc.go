// Package failure defines the errors of requests to servers, so that sys and every package below it return the same ones. It
// gives no advice; package sys re-exports its names.
package failure
