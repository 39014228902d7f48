// Zoho's own `@zohocrm/nodejs-sdk-8.0` works with an organisation. Arguments: its URL, a folder for the SDK's files.
// It makes its models of every answer. Prints what it believes to have made.
const assert = require("node:assert");
const { pathToFileURL } = require("node:url");

const [url, folder] = process.argv.slice(2);

function body(zoho, rows, by) {
  const said = new zoho.Record.BodyWrapper();
  said.setData(rows.map((row) => {
    const record = new zoho.Record.Record();
    for (const [name, value] of Object.entries(row)) record.addKeyValue(name, value);
    return record;
  }));
  if (by) said.setDuplicateCheckFields(by);
  return said;
}

function told(response, status) {
  assert.strictEqual(response.getStatusCode(), status);
  return response.getObject();
}

async function main() {
  const zoho = await import(pathToFileURL(require.resolve("@zohocrm/nodejs-sdk-8.0")));
  const environment = zoho.DataCenter.setEnvironment(url, `${url}/oauth/v2/token`, url);
  const token = new zoho.OAuthBuilder().clientId("crm-migrate").clientSecret("not-a-secret").refreshToken("not-a-secret").build();
  const config = new zoho.SDKConfigBuilder().autoRefreshFields(true).pickListValidation(false).build();
  const logger = new zoho.LogBuilder().level(zoho.Levels.ERROR).filePath(`${folder}/sdk.log`).build();
  const begun = await new zoho.InitializeBuilder();
  await begun.environment(environment).token(token).store(new zoho.FileStore(`${folder}/tokens.txt`)).SDKConfig(config).resourcePath(folder).logger(logger).initialize();

  const accounts = new zoho.Record.RecordOperations("Accounts");
  const contacts = new zoho.Record.RecordOperations("Contacts");
  const firms = told(await accounts.createRecords(body(zoho, [{ Account_Name: "Işık" }, { Account_Name: "Öztürk" }])), 201).getData();
  assert.ok(firms.every((each) => each instanceof zoho.Record.SuccessResponse));
  const firm = new zoho.Record.Record();
  firm.setId(BigInt(firms[0].getDetails().get("id")));
  const people = told(await contacts.createRecords(body(zoho, [{ Last_Name: "Kaya", Email: "kaya@firma.example", Account_Name: firm }, { First_Name: "nobody" }])), 207).getData();
  assert.ok(people[0] instanceof zoho.Record.SuccessResponse && people[1] instanceof zoho.Record.APIException);
  assert.strictEqual(people[1].getCode().getValue(), "MANDATORY_NOT_FOUND");
  told(await contacts.upsertRecords(body(zoho, [{ Last_Name: "Kaya", Email: "KAYA@firma.example", Phone: "1" }], ["Email"])), 200);

  const asked = new zoho.ParameterMap();
  await asked.add(zoho.Record.GetRecordsParam.FIELDS, "Last_Name,Account_Name,Phone");
  const [read] = told(await contacts.getRecords(asked), 200).getData();
  assert.strictEqual(read.getKeyValue("Phone"), "1");
  assert.strictEqual(String(read.getKeyValue("Account_Name").getId()), String(firms[0].getDetails().get("id")));
  const query = new zoho.Coql.BodyWrapper();
  query.setSelectQuery("select Account_Name from Accounts where Account_Name like 'Ö%'");
  assert.strictEqual(told(await new zoho.Coql.CoqlOperations().getRecords(query), 200).getData()[0].getKeyValue("Account_Name"), "Öztürk");
  const gone = new zoho.ParameterMap();
  await gone.add(zoho.Record.DeleteRecordsParam.IDS, String(firms[1].getDetails().get("id")));
  told(await accounts.deleteRecords(gone), 200);
  console.log(JSON.stringify({ Accounts: 2, Contacts: 1 }));
}

main().then(() => process.exit(0), (error) => { console.error(error); process.exit(1); });
