// Package geo is the mathematics of places: pure functions of coordinates,
// without I/O, clock or any word of public security.
//
// Coordinates are orb.Point{longitude, latitude} in degrees, WGS 84 unless a
// name says otherwise. Lengths are metres, areas square metres, headings
// degrees clockwise from north.
package geo
