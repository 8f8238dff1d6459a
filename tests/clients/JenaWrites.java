// Writes to the service with Jena's command line, with a token in the header.

import org.apache.jena.http.auth.AuthEnv;

class JenaWrites {
    public static void main(String[] given) {
        String address = given[0], token = given[1], update = given[2];
        AuthEnv.get().setBearerToken(address + "/update", token);
        arq.rupdate.main("--service", address + "/update", update);
        System.out.println("updated");
    }
}
