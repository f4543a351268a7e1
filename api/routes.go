package api

import (
	"fmt"
	"net/http"
	"strings"
)

// handlers is who answers each operation of openapi.yaml.
func (s *Server) handlers() map[string]handler {
	return map[string]handler{
		"health":         s.health,
		"ready":          s.ready,
		"metrics":        s.writeMetrics,
		"login":          s.login,
		"logout":         s.logout,
		"me":             s.me,
		"changePassword": s.changePassword,
		"catalog":        s.catalog,
		"tileJSON":       s.tileJSON,
		"tile":           s.tile,
		"live":           s.live,
		"positions":      s.positions,
		"units":          s.unitBoard,
		"answerAlarm":    s.answerAlarm,
		"replay":         s.replay,
		"looks":          s.looks,
		"alarms":         s.alarmHistory,
		"fences":         s.fences,
		"addFence":       s.addFence,
		"removeFence":    s.removeFence,
		"roster":         s.rosterBoard,
		"setRosters":     s.setRosters,
		"importRoster":   s.importRoster,
		"unitRoster":     s.unitRoster,
		"removeRoster":   s.removeRoster,
		"unitTotals":     s.unitTotals,
		"style":          s.layerStyle,
		"mapStyle":       s.mapStyle,
		"basemapJSON":    s.basemapJSON,
		"basemapTile":    s.basemapTile,
		"areaRoots":      s.areaRoots,
		"areaNode":       s.areaNode,
		"search":         s.search,
		"insideTotals":   s.insideTotals,
		"insideRows":     s.insideRows,
		"coverage":       s.coverage,
		"tide":           s.tide,
		"tideGaps":       s.tideGaps,
		"tideGrid":       s.tideGrid,
		"ogcLanding":     s.ogcLanding,
		"ogcConformance": s.ogcConformance,
		"ogcCollections": s.ogcCollections,
		"ogcCollection":  s.ogcCollection,
		"ogcQueryables":  s.ogcQueryables,
		"ogcItems":       s.ogcItems,
		"ogcItem":        s.ogcItem,
		"imports":        s.imports,
		"osmAnd":         s.osmAnd,
		"osmAndPost":     s.osmAnd,
		"ownTracks":      s.ownTracks,
		"cells":          s.cells,
		"cellTile":       s.cellTile,
		"cellsInside":    s.cellsInside,
		"series":         s.series,
		"areaCounts":     s.areaCounts,
		"hotspots":       s.hotspots,
		"hotspot":        s.hotspot,
		"shuffles":       s.shuffles,

		// The names that OGC API – Tiles gives them (20-057, clause OpenAPI 3.0).
		"ogc.getTileMatrixSetsList":             s.ogcMatrixSets,
		"ogc.getTileMatrixSet":                  s.ogcMatrixSet,
		"ogc.dataset.vector.getTileSetsList":    s.listTilesets(s.datasetTileset),
		"ogc.dataset.vector.getTileSet":         s.describeTileset(s.datasetTileset),
		"ogc.dataset.vector.getTile":            s.sendOGCTile(s.datasetTileset),
		"ogc.collection.vector.getTileSetsList": s.listTilesets(s.collectionTileset),
		"ogc.collection.vector.getTileSet":      s.describeTileset(s.collectionTileset),
		"ogc.collection.vector.getTile":         s.sendOGCTile(s.collectionTileset),

		"release":       s.release,
		"attackRelease": s.attackRelease,
		"importRejects": s.importRejects,
		"openapiYAML":   s.openapiYAML,
		"openapiJSON":   s.openapiJSON,
		"docs":          s.readableDocs,
		"app":           s.application,
		"asset":         s.asset,
	}
}

// register makes the routes from the contract. Every operation needs its
// handler and every handler its operation.
func (s *Server) register() error {
	handlers := s.handlers()
	var missing []string
	for _, op := range s.contract.operations {
		h, ok := handlers[op.ID]
		if !ok {
			missing = append(missing, op.ID)
			continue
		}
		delete(handlers, op.ID)
		for _, path := range op.paths() {
			s.app.Add(op.Method, path, s.answer(op, h))
			if op.Method == http.MethodGet {
				s.app.Add(http.MethodHead, path, s.answer(op, h))
			}
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("openapi.yaml describes operations without a handler: %s", strings.Join(missing, ", "))
	}
	for id := range handlers {
		return fmt.Errorf("handler %s has no operation in openapi.yaml", id)
	}
	return nil
}
