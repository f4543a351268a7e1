// Prints what @mapbox/vector-tile, the decoder of Mapbox GL and MapLibre GL,
// says about the tiles in the files named as arguments: a line of JSON for each.
import {readFileSync} from 'node:fs';
import {VectorTile, classifyRings} from '@mapbox/vector-tile';
import {PbfReader} from 'pbf';

const units = (path) => path.map(({x, y}) => [x, y]);

// A ring comes with its first vertex repeated at the end.
const open = (ring) => units(ring.slice(0, -1));

function shape(feature) {
    const parts = feature.loadGeometry();
    switch (feature.type) {
        case 1: return {points: parts.flatMap(units)};
        case 2: return {lines: parts.map(units)};
        case 3: return {polygons: classifyRings(parts).map((polygon) => polygon.map(open))};
    }
    return {};
}

function layers(file) {
    const tile = new VectorTile(new PbfReader(readFileSync(file)));
    return Object.values(tile.layers).map((layer) => ({
        name: layer.name,
        version: layer.version,
        extent: layer.extent,
        features: Array.from({length: layer.length}, (_, i) => layer.feature(i)).map((f) => ({
            id: f.id ?? 0,
            hasID: f.id !== undefined,
            type: f.type,
            properties: f.properties,
            shape: shape(f),
        })),
    }));
}

for (const file of process.argv.slice(2)) {
    try {
        console.log(JSON.stringify({layers: layers(file)}));
    } catch (e) {
        console.log(JSON.stringify({error: e.message}));
    }
}
