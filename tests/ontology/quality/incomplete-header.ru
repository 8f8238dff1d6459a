PREFIX dcterms: <http://purl.org/dc/terms/>

DELETE WHERE { <https://w3id.org/pledgegraph/def> dcterms:bibliographicCitation ?citation }
