// Puts, reads, merges and deletes a graph with Jena's client of the Graph Store Protocol.

import java.io.StringReader;
import org.apache.jena.graph.Graph;
import org.apache.jena.http.auth.AuthEnv;
import org.apache.jena.riot.Lang;
import org.apache.jena.riot.RDFParser;
import org.apache.jena.sparql.exec.http.GSP;

class JenaGraphs {
    public static void main(String[] given) {
        String store = given[0] + "/graphs", token = given[1], name = given[2];
        AuthEnv.get().setBearerToken(store, token);
        GSP.service(store).graphName(name).PUT(graph(given[3]));
        GSP.service(store).graphName(name).POST(graph(given[4]));
        Graph read = GSP.service(store).graphName(name).GET();
        read.find().forEachRemaining(each -> System.out.println(each.getObject()));
        GSP.service(store).graphName(name).DELETE();
        try {
            System.out.println(GSP.service(store).graphName(name).GET().size());
        } catch (org.apache.jena.atlas.web.HttpException missing) {
            System.out.println(missing.getStatusCode());
        }
    }

    static Graph graph(String text) {
        return RDFParser.create().source(new StringReader(text)).lang(Lang.TURTLE).toGraph();
    }
}
