PREFIX pg: <https://w3id.org/pledgegraph/def#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

DELETE { pg:madeBy skos:definition ?definition }
WHERE {
  pg:madeBy skos:definition ?definition .
  FILTER (LANG(?definition) = "fr")
}
