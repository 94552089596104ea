// What the charts use of D3; VENDORED.md says how this becomes d3.min.js.
export { hierarchy, treemap, treemapSquarify } from "d3-hierarchy";
export { scaleLinear, scaleUtc } from "d3-scale";
export { area, curveLinear, curveStepAfter, line } from "d3-shape";
