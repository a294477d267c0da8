// Package scanners inspects once and says what it found. It holds the values that all
// scanners share and that [compliance] gives a meaning; what looks, and with which heavy
// tools, is in its subpackages.
//
// # Notice boards
//
// A [Board] is any public place where an organisation tells its customers of maintenance
// and outages. One look at it is a [BoardLook]: which posts stood there, in the board's
// order, and whether the look can be trusted at all. Package notices makes such looks.
//
// # What may be kept
//
// Whatever a scanner hands on may be stored and shown. It is therefore checked for personal
// data first ([Mask]); what was masked is gone before it leaves the scanner.
package scanners
