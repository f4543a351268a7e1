// Prints what @maplibre/mlt, the decoder of MapLibre GL JS, says about the tiles
// in the files named as arguments: a line of JSON for each. It reads features as
// MapLibre does (src/source/vector_tile_mlt.ts).
import {readFileSync} from 'node:fs';
import {decodeTile, GEOMETRY_TYPE} from '@maplibre/mlt';

function feature({id, geometry, properties}) {
    if (geometry.type !== GEOMETRY_TYPE.POINT) throw new Error(`geometry of type ${geometry.type}`);
    return {
        id: id === undefined ? 0 : Number(id),
        hasID: id !== undefined,
        type: 1,
        properties,
        shape: {points: geometry.coordinates.flat().map(({x, y}) => [x, y])},
    };
}

for (const file of process.argv.slice(2)) {
    try {
        const layers = decodeTile(new Uint8Array(readFileSync(file))).map((table) => ({
            name: table.name,
            version: 2, // what MapLibre says of every table
            extent: table.extent,
            features: table.getFeatures().map(feature),
        }));
        console.log(JSON.stringify({layers}));
    } catch (e) {
        console.log(JSON.stringify({error: e.message}));
    }
}
