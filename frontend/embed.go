// Package frontend is the web application: the files that `npm run build`
// leaves in dist, carried inside the program.
package frontend

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Files is the built application: index.html, and under assets/ the scripts,
// styles, fonts and the map's worker, each named by its content so that it may
// be cached for ever. index.html may not.
func Files() fs.FS {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // "dist" is a valid path
	}
	return files
}
