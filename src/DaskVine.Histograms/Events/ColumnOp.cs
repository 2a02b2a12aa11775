namespace DaskVine.Histograms;

/// <summary>What is computed of columns. Written by name when it travels.</summary>
internal enum ColumnOp
{
    // Without operands.
    Read,
    Constant,
    PairMass,
    PairCharge,
    PairDeltaR,
    TripletMass,
    TripletPt,

    // Number by number.
    Add,
    Subtract,
    Multiply,
    Divide,
    Least,
    Greatest,
    Negate,
    Abs,
    Sqrt,
    Exp,
    Log,
    Sin,
    Cos,
    Sinh,
    Cosh,

    // To truth values.
    Below,
    AtMost,
    Above,
    AtLeast,
    Same,
    And,
    Or,
    Not,

    // Rows of some events or objects.
    Where,
    At,

    // Objects to events.
    Count,
    Sum,
    Min,
    Max,
    Any,
    All,
    ArgMin,
    ArgMax,
}
