// The client `dynamics-web-api` drives a simulated Dataverse and says in JSON what it believes: `node ... ADDRESS`.
const { DynamicsWebApi } = require("dynamics-web-api");

const here = process.argv[2];
const tenant = "11111111-2222-3333-4444-555555555555";

async function token() {
  const form = new URLSearchParams({
    grant_type: "client_credentials", client_id: "crm-migrate", client_secret: "not-a-secret", scope: `${here}/.default`,
  });
  const answer = await fetch(`${here}/${tenant}/oauth2/v2.0/token`, { method: "POST", body: form });
  return (await answer.json()).access_token;
}

async function main() {
  const api = new DynamicsWebApi({ serverUrl: here, dataApi: { version: "9.2" }, onTokenRefresh: token });
  const told = { accounts: {} };
  told.user = (await api.callFunction({ functionName: "WhoAmI" })).UserId;
  for (const name of ["One", "O'Two"]) {
    told.accounts[name] = await api.create({ collection: "accounts", data: { name } });
  }
  const one = told.accounts.One;
  await api.update({ collection: "accounts", key: one, data: { telephone1: "555-0101" } });
  const contact = { lastname: "Öz", "parentcustomerid_account@odata.bind": `/accounts(${one})` };
  const made = await api.create({ collection: "contacts", data: contact, returnRepresentation: true, select: ["fullname"] });
  told.contact = made.contactid;
  const read = await api.retrieve({ collection: "accounts", key: one, select: ["name", "telephone1"] });
  told.retrieved = [read.name, read.telephone1];
  const found = await api.retrieveMultiple({ collection: "accounts", select: ["name"], filter: "name eq 'O''Two'" });
  told.found = found.value.map((each) => each.name);
  const all = await api.retrieveAll({ collection: "accounts", select: ["name"], maxPageSize: 1 });
  told.listed = all.value.map((each) => each.name).sort();
  const options = await api.retrieveAttributes({
    entityKey: "LogicalName='lead'", castType: "Microsoft.Dynamics.CRM.PicklistAttributeMetadata",
    select: ["LogicalName"], expand: [{ property: "OptionSet" }],
  });
  const quality = options.value.find((each) => each.LogicalName === "leadqualitycode");
  told.options = quality.OptionSet.Options.map((each) => each.Label.UserLocalizedLabel.Label);
  const deal = await api.create({ collection: "opportunities", data: { name: "Deal", estimatedvalue: 5 } });
  const closing = { subject: "won", "opportunityid@odata.bind": `/opportunities(${deal})` };
  await api.callAction({ actionName: "WinOpportunity", action: { Status: -1, OpportunityClose: closing } });
  told.state = (await api.retrieve({ collection: "opportunities", key: deal, select: ["statecode"] })).statecode;
  api.startBatch();
  api.create({ collection: "accounts", data: { name: "In a batch" }, contentId: "1", inChangeSet: true });
  api.create({
    collection: "contacts", inChangeSet: true, contentId: "2",
    data: { lastname: "Ay", "parentcustomerid_account@odata.bind": "$1" },
  });
  told.batch = (await api.executeBatch()).length;
  try {
    await api.create({ collection: "accounts", data: { name: "x".repeat(161) } });
  } catch (error) {
    told.refused = [error.status, error.code];
  }
  await api.deleteRecord({ collection: "contacts", key: told.contact });
  try {
    await api.retrieve({ collection: "contacts", key: told.contact });
  } catch (error) {
    told.gone = error.status;
  }
  process.stdout.write(JSON.stringify(told));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
