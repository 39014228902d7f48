"""What is sold: products and their prices, chances, and what customers ordered, booked, signed and owe."""

from crm_migrate.crm.model.shapes import ADDRESS, HISTORY, thing

_CUSTOMER = "company>accounts contact>contacts"
_SUM = "amount:money currency:currency"
_LINE = (
    "product>products name:text code:id position:integer quantity:quantity unit:choice unit_price:money "
    "discount_percent:number discount:money tax_percent:number tax:money amount:money currency:currency "
    "description:long_text"
)

CATALOGUE = (
    thing(
        "products",
        "something that is sold",
        "name:text! code:id series:text price:money currency:currency description:long_text category:choice "
        "unit:choice cost:money tax_percent:number is_active:boolean",
    ),
    thing(
        "price_books",
        "a list of prices",
        "name:text! currency:currency is_standard:boolean is_active:boolean valid_from:date valid_until:date "
        "description:long_text",
    ),
    thing(
        "price_book_entries",
        "what a product costs by a list of prices",
        "price_book>price_books! product>products! price:money! currency:currency min_quantity:quantity "
        "is_active:boolean",
    ),
)
SALES = (
    thing(
        "deals",
        "a chance to sell",
        "name:text!",
        _CUSTOMER,
        _SUM,
        "pipeline:choice stage:choice close_date:date probability:number product:text lost_reason:text "
        "description:long_text type:choice lead_source:choice next_step:text lead>leads price_book>price_books",
        HISTORY,
    ),
    thing(
        "deal_contacts",
        "a person who has a part in a deal",
        "deal>deals! contact>contacts! role:choice is_primary:boolean",
    ),
    thing("line_items", "what a deal is about: one product of it", "deal>deals!", _LINE),
    thing(
        "orders",
        "what a customer ordered",
        "number:id ordered_on:date",
        _CUSTOMER,
        _SUM,
        "status:choice deal>deals price_book>price_books discount:money tax:money shipping:money delivered_on:date "
        "payment_method:choice description:long_text",
        ADDRESS,
        HISTORY,
    ),
    thing("order_lines", "one product of an order", "order>orders!", _LINE),
    thing(
        "bookings",
        "a stay, a seat, an appointment that a customer booked",
        "number:id",
        _CUSTOMER,
        "property:text room:text room_type:choice rate_plan:choice check_in:date! check_out:date nights:integer "
        "adults:integer children:integer status:choice channel:choice",
        _SUM,
        "requests:long_text description:long_text deal>deals product>products booked_at:instant cancelled_at:instant",
        HISTORY,
    ),
    thing(
        "contracts",
        "what was signed for a time: a contract, a subscription",
        "number:id name:text",
        _CUSTOMER,
        "deal>deals product>products type:choice status:choice starts_on:date ends_on:date signed_on:date",
        _SUM,
        "billing_period:choice auto_renews:boolean description:long_text",
        HISTORY,
    ),
    thing(
        "memberships",
        "somebody's membership of a club, an association, a loyalty programme",
        "number:id",
        _CUSTOMER,
        "type:choice! status:choice joined_on:date starts_on:date ends_on:date points:quantity",
        _SUM,
        "source:text description:long_text",
        HISTORY,
    ),
    thing(
        "invoices",
        "what a customer was asked to pay",
        "number:id!",
        _CUSTOMER,
        "order>orders contract>contracts deal>deals status:choice invoiced_on:date due_on:date paid_on:date",
        _SUM,
        "tax:money open_amount:money description:long_text",
        HISTORY,
    ),
    thing(
        "payments",
        "what a customer paid or gave",
        "number:id",
        _CUSTOMER,
        "invoice>invoices order>orders deal>deals membership>memberships campaign>campaigns type:choice status:choice "
        "method:choice paid_on:date",
        _SUM,
        "fee:money description:long_text",
        HISTORY,
    ),
)
