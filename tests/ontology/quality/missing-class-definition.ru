PREFIX pg: <https://w3id.org/pledgegraph/def#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

DELETE { pg:Outcome skos:definition ?definition }
WHERE {
  pg:Outcome skos:definition ?definition .
  FILTER (LANG(?definition) = "zh")
}
