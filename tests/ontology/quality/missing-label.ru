PREFIX pg: <https://w3id.org/pledgegraph/def#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>

DELETE { pg:madeBy rdfs:label ?label }
WHERE {
  pg:madeBy rdfs:label ?label .
  FILTER (LANG(?label) = "ru")
}
